import { packedSamples } from "./packed-samples.ts";

/** Run in a process of its own by the test of reproducible packing. */
const samples = await packedSamples();
console.log(JSON.stringify(Object.fromEntries(samples.map(([name, bundle]) => [name, bundle.sha256]))));
