import { connect } from "@rising-bsm/plugin-sdk/ui";

// Takes the host's theme, as --rbsm-… variables of this page, and keeps the frame as high as the page.
const host = connect();

const answer = document.querySelector("#answer");
document.querySelector("#greet").addEventListener("click", async () => {
  const { slot } = await host.context;
  answer.textContent = slot === undefined ? "Hello" : `Hello from ${slot}`;
});
