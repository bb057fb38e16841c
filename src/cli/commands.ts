import { advisoryGroup } from "./commands/advisory.ts";
import { appealCommand } from "./commands/appeal.ts";
import { approveCommand } from "./commands/approve.ts";
import { auditCommand } from "./commands/audit.ts";
import { buildCommand } from "./commands/build.ts";
import { checkCommand } from "./commands/check.ts";
import { completionCommand } from "./commands/completion.ts";
import { convertCommand } from "./commands/convert.ts";
import { devCommand } from "./commands/dev.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { downloadCommand } from "./commands/download.ts";
import { infoCommand } from "./commands/info.ts";
import { initCommand } from "./commands/init.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { installCommand } from "./commands/install.ts";
import { keysGroup } from "./commands/keys.ts";
import { keysetGroup } from "./commands/keyset.ts";
import { listCommand } from "./commands/list.ts";
import { lockCommand } from "./commands/lock.ts";
import { loginCommand } from "./commands/login.ts";
import { logoutCommand } from "./commands/logout.ts";
import { logsCommand } from "./commands/logs.ts";
import { ordersCommand } from "./commands/orders.ts";
import { outdatedCommand } from "./commands/outdated.ts";
import { packCommand } from "./commands/pack.ts";
import { publishCommand } from "./commands/publish.ts";
import { removeCommand } from "./commands/remove.ts";
import { reportCommand } from "./commands/report.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { rolloutGroup } from "./commands/rollout.ts";
import { rootGroup } from "./commands/root.ts";
import { searchCommand } from "./commands/search.ts";
import { resumeCommand, submitCommand, suspendCommand } from "./commands/shelf.ts";
import { signCommand } from "./commands/sign.ts";
import { statsCommand } from "./commands/stats.ts";
import { statusCommand } from "./commands/status.ts";
import { testCommand } from "./commands/test.ts";
import { tokensGroup } from "./commands/tokens.ts";
import { transferGroup } from "./commands/transfer.ts";
import { treeCommand } from "./commands/tree.ts";
import { updateCommand } from "./commands/update.ts";
import { verifyCommand } from "./commands/verify.ts";
import { versionsCommand } from "./commands/versions.ts";
import { webhooksGroup } from "./commands/webhooks.ts";
import { whoamiCommand } from "./commands/whoami.ts";
import { whyCommand } from "./commands/why.ts";
import { withdrawCommand } from "./commands/withdraw.ts";
import { deprecateCommand, undeprecateCommand, unyankCommand, yankCommand } from "./commands/yank.ts";
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
  convert: convertCommand,
  keys: keysGroup,
  sign: signCommand,
  verify: verifyCommand,
  login: loginCommand,
  logout: logoutCommand,
  whoami: whoamiCommand,
  tokens: tokensGroup,
  publish: publishCommand,
  status: statusCommand,
  approve: approveCommand,
  appeal: appealCommand,
  submit: submitCommand,
  withdraw: withdrawCommand,
  orders: ordersCommand,
  versions: versionsCommand,
  yank: yankCommand,
  unyank: unyankCommand,
  deprecate: deprecateCommand,
  undeprecate: undeprecateCommand,
  suspend: suspendCommand,
  resume: resumeCommand,
  transfer: transferGroup,
  webhooks: webhooksGroup,
  report: reportCommand,
  rollout: rolloutGroup,
  advisory: advisoryGroup,
  search: searchCommand,
  info: infoCommand,
  stats: statsCommand,
  logs: logsCommand,
  install: installCommand,
  download: downloadCommand,
  list: listCommand,
  remove: removeCommand,
  lock: lockCommand,
  update: updateCommand,
  outdated: outdatedCommand,
  rollback: rollbackCommand,
  audit: auditCommand,
  tree: treeCommand,
  why: whyCommand,
  keyset: keysetGroup,
  root: rootGroup,
  doctor: doctorCommand,
  completion: completionCommand(() => COMMANDS),
};
