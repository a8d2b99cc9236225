// Prints what actionlint has to say of the workflows named, a line each; ends with 1 if anything.
// It runs in WebAssembly, with no file and no network of its own.
const { readFile } = require("node:fs/promises");
const { join } = require("node:path");

const folder = join(__dirname, "node_modules", "@tktco", "node-actionlint");

// Go wants it as a browser has it; Debian 12's Node 18 does not have it there.
globalThis.crypto ??= require("node:crypto").webcrypto;
// The program calls this for a workflow that it cannot read at all.
globalThis.throwError = (message) => {
  throw new Error(message);
};

async function main(paths) {
  require(join(folder, "wasm_exec.js"));
  const go = new globalThis.Go();
  const program = await readFile(join(folder, "main.wasm"));
  const { instance } = await WebAssembly.instantiate(program, go.importObject);
  go.run(instance);
  let faults = 0;
  for (const path of paths) {
    for (const fault of await globalThis.runActionlint(await readFile(path, "utf8"), path)) {
      console.log(`${path}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
      faults += 1;
    }
  }
  process.exitCode = faults > 0 ? 1 : 0;
}

main(process.argv.slice(2)).then(() => process.exit());
