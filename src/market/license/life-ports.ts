import type { BudgetPorts } from "./budget-ports.ts";
import type { LastGoodPorts } from "./last-good-ports.ts";
import type { UsagePorts } from "./usage-ports.ts";

/** Everything the life of a license needs beside the license itself. */
export interface LicenseLifePorts extends UsagePorts, BudgetPorts, LastGoodPorts {}
