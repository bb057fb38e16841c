import { HOOK_OPERATIONS } from "../../contract/hooks/operations.ts";
import { HOOK_EVENTS } from "../../domain/release/hook-events.ts";
import { ok } from "../../domain/result.ts";
import { command, type Group } from "../command.ts";
import { misuse } from "../problem.ts";
import { ask } from "../work/ask.ts";
import { identified } from "../work/identified.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

const OPS = HOOK_OPERATIONS;
const HOOK = { name: "WEBHOOK", summary: "number of the webhook, as list printed it" } as const;

const list = command({
  summary: "list your webhooks",
  positionals: [],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm webhooks list"],
  async run({ flags }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, OPS.listHooks);
    if (!reply.ok) return reply;
    const { hooks } = reply.value.body;
    return ok({
      data: { webhooks: hooks },
      lines: hooks.map(({ id, publisher, url, state, events }) =>
        [id, publisher ?? "(desk)", state, url, events.length === 0 ? "everything" : events.join(" ")].join("  "),
      ),
    });
  },
});

const add = command({
  summary: "be told what happens to a publisher's plugins",
  details: ["The secret that signs the messages is shown once. Without --events it hears everything."],
  positionals: [
    { name: "PUBLISHER", summary: "handle of the publisher" },
    { name: "URL", summary: "https address that is told" },
  ],
  flags: {
    events: { value: "LIST", summary: `comma-separated, of ${HOOK_EVENTS.slice(0, 16).join(", ")} and license.*` },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm webhooks add acme https://hooks.acme.example/rbsm --events release.published,report.created"],
  async run({ flags, args: [publisher = "", url = ""] }) {
    const events = (flags.events ?? "").split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
    const unknown = events.find((name) => !(HOOK_EVENTS as readonly string[]).includes(name));
    if (unknown !== undefined)
      return { ok: false, problem: misuse("option_invalid", `There is no event “${unknown}”.`) };
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, OPS.addHook, { json: { publisher, url, events } });
    if (!reply.ok) return reply;
    const { id, secret } = reply.value.body;
    return ok({ data: { ...reply.value.body }, lines: [`webhook ${id}`, `secret ${secret} (shown once)`] });
  },
});

const remove = command({
  summary: "tell an address no more",
  positionals: [HOOK],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm webhooks remove 3"],
  async run({ flags, args: [id = ""] }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, OPS.removeHook, { params: { id } });
    return reply.ok ? ok({ data: { id }, lines: [`webhook ${id} removed`] }) : reply;
  },
});

const rotate = command({
  summary: "make a new secret; the one before signs beside it for a day",
  positionals: [HOOK],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm webhooks rotate 3"],
  async run({ flags, args: [id = ""] }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, OPS.rotateHook, { params: { id } });
    if (!reply.ok) return reply;
    return ok({ data: { ...reply.value.body }, lines: [`secret ${reply.value.body.secret} (shown once)`] });
  },
});

const resume = command({
  summary: "let a paused webhook go on",
  positionals: [HOOK],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm webhooks resume 3"],
  async run({ flags, args: [id = ""] }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, OPS.resumeHook, { params: { id } });
    return reply.ok ? ok({ data: { ...reply.value.body }, lines: [`webhook ${id} ${reply.value.body.state}`] }) : reply;
  },
});

const deliveries = command({
  summary: "show what was sent, newest first",
  positionals: [HOOK],
  flags: { dead: { summary: "only what was given up" }, marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm webhooks deliveries 3 --dead"],
  async run({ flags, args: [id = ""] }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const query = flags.dead ? { query: { state: "dead" } } : {};
    const reply = await ask(marketplace.value, OPS.listHookDeliveries, { params: { id }, ...query });
    if (!reply.ok) return reply;
    const { deliveries: sent } = reply.value.body;
    return ok({
      data: { ...reply.value.body },
      lines: sent.map(
        ({ id: delivery, sequence, type, state, attempts, lastStatus }) =>
          `${delivery}  #${sequence}  ${type}  ${state}  ${attempts} tries${lastStatus === undefined ? "" : `, last ${lastStatus}`}`,
      ),
    });
  },
});

const replay = command({
  summary: "send messages again, all from a sequence on",
  positionals: [HOOK, { name: "SEQUENCE", summary: "the first one that is sent again" }],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm webhooks replay 3 118"],
  async run({ flags, args: [id = "", from = ""] }) {
    if (!/^[1-9][0-9]{0,14}$/.test(from))
      return { ok: false, problem: misuse("sequence_invalid", "SEQUENCE is a number from 1 on.") };
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, OPS.replayHook, {
      params: { id },
      json: { fromSequence: Number(from) },
    });
    return reply.ok
      ? ok({ data: { ...reply.value.body }, lines: [`${reply.value.body.queued} messages queued`] })
      : reply;
  },
});

export const webhooksGroup: Group = {
  summary: "be told by webhook what happens to your plugins",
  commands: { list, add, remove, rotate, resume, deliveries, replay },
};
