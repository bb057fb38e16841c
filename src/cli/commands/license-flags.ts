import type { Flags } from "../command.ts";

/** Options of commands that may fetch what is sold. */
export const LICENSE_FLAGS = {
  "license-file": {
    value: "FILE",
    summary: "license key, or lines of PLUGIN KEY, for what is sold; else RBSM_LICENSE",
  },
  "instance-file": {
    value: "FILE",
    summary: "JSON with apiKey and apiSecret of the licensed instance; else RBSM_API_KEY, RBSM_API_SECRET",
  },
  "hardware-id": { value: "HEX", summary: "64 hex digits, for a license that is bound to a device" },
} as const satisfies Flags;
