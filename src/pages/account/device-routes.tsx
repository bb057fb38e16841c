import type { Hono } from "hono";
import { accountPaths } from "../../contract/account/paths.ts";
import { SENTENCES } from "../../contract/sentences.ts";
import { decideDevice, lookAtDevice } from "../../market/account/authorize-device.ts";
import { brake } from "../../market/account/brake.ts";
import { DeviceCodePage, DeviceDonePage, DevicePage } from "./device.tsx";
import { onForm } from "./on-form.ts";
import { privatePage, refusalPage } from "./respond.tsx";
import { type PersonalEnv, requireSession, seeOther, visitorOf } from "./session.ts";

/** `/device`: the person's half of RFC 8628. A code is asked for in a session alone, and not often. */
export function registerDevicePages(app: Hono<PersonalEnv>): void {
  app.get(accountPaths.device(), async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const code = context.req.query("code");
    if (code === undefined) return privatePage(context, () => <DeviceCodePage />);
    const world = context.get("world");
    if (!(await brake(world, "user_code", visitorOf(context).address)).ok)
      return privatePage(context, () => <DeviceCodePage problem={SENTENCES.RATE_LIMITED} />, { status: 429 });
    const request = await lookAtDevice(world, person, code);
    if (request === null)
      return privatePage(context, () => <DeviceCodePage problem="No tool waits with this code." />, { status: 404 });
    return privatePage(context, () => <DevicePage request={request} code={code} />);
  });

  onForm(app, accountPaths.device(), async (context, person, form) => {
    const world = context.get("world");
    if (!(await brake(world, "user_code", visitorOf(context).address)).ok)
      return refusalPage(context, "RATE_LIMITED", 429);
    const code = form.get("code") ?? "";
    const isApproved = form.get("decision") === "approve";
    const decided = await decideDevice(world, person, code, isApproved);
    if (decided.ok) return privatePage(context, () => <DeviceDonePage isApproved={isApproved} />);
    if (decided.problem.reason === "proof_required")
      return seeOther(accountPaths.prove(`${accountPaths.device()}?code=${encodeURIComponent(code)}`));
    return privatePage(context, () => <DeviceCodePage problem="No tool waits with this code." />, { status: 404 });
  });
}
