/**
 * The Worker between Node and the sandbox Worker: sessions must be RpcTargets, which only a Worker can make. Kept as text,
 * because it runs in workerd and is compiled by nobody.
 */
export const DRIVER = `
import { RpcTarget } from "cloudflare:workers";

class Session extends RpcTarget {
  #host; #executionId; #isOpen = true;
  constructor(host, executionId) { super(); this.#host = host; this.#executionId = executionId; }
  async call(method, args, bytes) {
    if (!this.#isOpen) return { ok: false, error: { code: "session_closed", message: "This run has ended" } };
    const content = bytes === undefined ? {} : { bytes: bytes.toBase64() };
    const body = JSON.stringify({ executionId: this.#executionId, method, args, ...content });
    const answer = await this.#host.fetch("http://host/", { method: "POST", body });
    const reply = await answer.json();
    return reply.bytes === undefined ? reply : { ...reply, bytes: Uint8Array.fromBase64(reply.bytes) };
  }
  static close(session) { session.#isOpen = false; }
}

export default {
  async fetch(request, env) {
    const { job, call, module } = await request.json();
    const session = new Session(env.HOST, job.executionId);
    try {
      let reply = await env.SANDBOX.run(job, call, session);
      if (!reply.ok && reply.error.code === "need_module") reply = await env.SANDBOX.run(job, call, session, module);
      return Response.json(reply);
    } finally {
      Session.close(session);
    }
  },
};
`;
