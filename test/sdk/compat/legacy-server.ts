import { adaptHostPlugin } from "../../../src/sdk/compat/index.ts";
import { legacy } from "./legacy-plugin.ts";

export default adaptHostPlugin(legacy, { license: { type: "basic", limits: { apiCalls: 10_000 } } });
