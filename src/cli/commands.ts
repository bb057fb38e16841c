import { buildCommand } from "./commands/build.ts";
import { checkCommand } from "./commands/check.ts";
import { completionCommand } from "./commands/completion.ts";
import { devCommand } from "./commands/dev.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { initCommand } from "./commands/init.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { keysGroup } from "./commands/keys.ts";
import { loginCommand } from "./commands/login.ts";
import { logoutCommand } from "./commands/logout.ts";
import { packCommand } from "./commands/pack.ts";
import { publishCommand } from "./commands/publish.ts";
import { signCommand } from "./commands/sign.ts";
import { testCommand } from "./commands/test.ts";
import { verifyCommand } from "./commands/verify.ts";
import { whoamiCommand } from "./commands/whoami.ts";
import type { Table } from "./help.ts";

/** Everything `rbsm` can do, in the order a publisher meets it. */
export const COMMANDS: Table = {
  init: initCommand,
  check: checkCommand,
  test: testCommand,
  dev: devCommand,
  build: buildCommand,
  pack: packCommand,
  inspect: inspectCommand,
  keys: keysGroup,
  sign: signCommand,
  verify: verifyCommand,
  login: loginCommand,
  logout: logoutCommand,
  whoami: whoamiCommand,
  publish: publishCommand,
  doctor: doctorCommand,
  completion: completionCommand(() => COMMANDS),
};
