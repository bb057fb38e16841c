import { sealing } from "./sealing.contract.ts";

sealing();
