import { legacy } from "./legacy.contract.ts";

legacy();
