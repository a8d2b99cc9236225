-- Posts a different report with each request: the next run of the next job.
-- wrk runs this once in each of its threads; thread t of n takes the numbers t, t + n, t + 2n, ...

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
  for_each = for_each or {}
  table.insert(for_each, thread)
  for _, each in ipairs(for_each) do each:set("step", threads) end
end

function init(arguments)
  local file = assert(io.open(os.getenv("BENCH_TEMPLATE"), "rb"))
  local text = file:read("*a")
  file:close()
  jobs = tonumber(os.getenv("BENCH_JOBS"))
  jobs_of_a_server = tonumber(os.getenv("BENCH_JOBS_OF_A_SERVER"))
  since = tonumber(os.getenv("BENCH_SINCE")) -- in seconds
  pieces, names, called = {}, {}, {}
  for name in os.getenv("BENCH_NAMES"):gmatch("[^,]+") do table.insert(called, name) end
  local at = 1
  for from, name, to in text:gmatch("()@([A-Z]+)@()") do
    table.insert(pieces, text:sub(at, from - 1))
    table.insert(names, name)
    at = to
  end
  last = text:sub(at)
  wrk.method = "POST"
  wrk.path = "/api/upload"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  local job = number % jobs
  -- The jobs of a day begin a millisecond apart.
  local began = since + math.floor(number / jobs) * 86400 + math.floor(job / 1000)
  number = number + step
  local values = {
    BEGIN = os.date("!%Y-%m-%dT%H:%M:%S", began) .. string.format(".%03dZ", job % 1000),
    END = os.date("!%Y-%m-%dT%H:%M:%S", began + 60) .. "Z",
    NEXT = os.date("!%Y%m%dT%H%M%SZ", began + 86400),
    SERVER = string.format("%04d", math.floor(job / jobs_of_a_server)),
    JOB = tostring(job),
    NAME = called[job % #called + 1],
  }
  local body = {}
  for at, piece in ipairs(pieces) do
    body[#body + 1] = piece
    body[#body + 1] = values[names[at]]
  end
  body[#body + 1] = last
  return wrk.format(nil, nil, nil, table.concat(body))
end
