// The Worker that plays the marketplace towards the sandbox: it hands one call over, and every wish back to this machine.
// biome-ignore lint/style/noDefaultExport: a Worker is its default export.
export default {
  async fetch(request, env) {
    if (request.method === "GET") return new Response("ok");
    const { job, call, module } = await request.json();
    const host = {
      async call(method, args) {
        const body = JSON.stringify({ executionId: job.executionId, method, args });
        const reply = await env.HOST.fetch("http://host/", { method: "POST", body });
        return reply.json();
      },
    };
    return Response.json(await env.SANDBOX.run(job, call, host, module));
  },
};
