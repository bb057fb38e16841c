// `npm start` begins here, on whatever Node the machine has; everything after this file is TypeScript.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../..");
const main = path.join(root, "src/local/main.ts");
const own = path.join(root, "node_modules/node/bin/node");

function canStripTypes(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

if (!existsSync(path.join(root, "node_modules"))) {
  console.error("The packages are not installed yet: run `npm ci` first.");
  process.exit(1);
}
if (canStripTypes(process.versions.node)) {
  await import(main);
} else if (existsSync(own)) {
  const child = spawn(own, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(code ?? 1));
} else {
  console.error(
    `Node ${process.versions.node} is too old and the project's own Node is missing: run \`npm ci\` without --ignore-scripts, or use Node 22.18 or newer.`,
  );
  process.exit(1);
}
