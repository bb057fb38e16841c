import type { LicenseAuditPorts } from "./audit-ports.ts";
import type { BudgetPorts } from "./budget-ports.ts";
import type { DeliveryLogPorts } from "./delivery-log-ports.ts";
import type { EntitlementPorts } from "./entitlement-ports.ts";
import type { LicenseKeyPorts } from "./key-ports.ts";
import type { LastGoodPorts } from "./last-good-ports.ts";
import type { SubscriberPorts } from "./subscriber-ports.ts";
import type { LicenseSweepPorts } from "./sweep-ports.ts";
import type { UsagePorts } from "./usage-ports.ts";

/** Everything the life of a license needs beside the license itself. */
export interface LicenseLifePorts
  extends UsagePorts,
    BudgetPorts,
    LastGoodPorts,
    LicenseKeyPorts,
    LicenseAuditPorts,
    LicenseSweepPorts,
    SubscriberPorts,
    DeliveryLogPorts,
    EntitlementPorts {}
