// Prometheus's answers as the data frames that Grafana's own data source would make of them.
import { FieldType, toDataFrame } from '@grafana/data';

const VARIABLES = {
  job: '.+', instance: '.+', server: '.+', backup: '.+', __range: '7d', __rate_interval: '2h',
};

const fill = (text) =>
  text.replace(/\$(?:(\w+)|\{(\w+)(?::regex)?\})/g, (_, plain, formatted) => VARIABLES[plain ?? formatted]);

async function ask(prometheus, route, parameters) {
  const url = `${prometheus}/api/v1/${route}?${new URLSearchParams(parameters)}`;
  return (await (await fetch(url)).json()).data.result;
}

function table(target, result, only) {
  const labels = [...new Set(result.flatMap((series) => Object.keys(series.metric)))];
  const columns = labels.map((name) => ({
    name,
    type: FieldType.string,
    values: result.map((series) => series.metric[name] ?? ''),
  }));
  const value = {
    name: only ? 'Value' : `Value #${target.refId}`,
    type: FieldType.number,
    values: result.map((series) => Number(series.value[1])),
  };
  const time = {
    name: 'Time',
    type: FieldType.time,
    values: result.map((series) => series.value[0] * 1000),
  };
  return [toDataFrame({ refId: target.refId, fields: [time, ...columns, value] })];
}

function series(target, found, samples) {
  const name = target.legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => found.metric[label]);
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: samples.map(([at]) => at * 1000) },
      {
        name: 'Value',
        type: FieldType.number,
        values: samples.map(([, value]) => Number(value)),
        labels: found.metric,
        config: name ? { displayNameFromDS: name } : {},
      },
    ],
  });
}

async function frames(target, { prometheus, from, to }, only) {
  const query = fill(target.expr);
  if (target.instant) {
    const result = await ask(prometheus, 'query', { query, time: to });
    return target.format === 'table'
      ? table(target, result, only)
      : result.map((found) => series(target, found, [found.value]));
  }
  const step = target.interval === '1d' ? 86400 : 1800;
  const start = Math.floor(from / step) * step;
  const result = await ask(prometheus, 'query_range', { query, start, end: to, step });
  return result.map((found) => series(target, found, found.values));
}

export async function framesOf(panel, range) {
  const only = panel.targets.length === 1;
  return (await Promise.all(panel.targets.map((target) => frames(target, range, only)))).flat();
}
