import { connect } from "@rising-bsm/plugin-sdk/ui";

// Takes the host's theme, as --rbsm-… variables of this page, keeps the frame as high as the page, and calls the plugin's
// own routes in the name of the signed-in user.
const host = connect();

const answer = document.querySelector("#answer");
async function look() {
  const found = await host.call("GET /count").catch((error) => error);
  answer.textContent = found instanceof Error ? found.message : String(found.count);
}
document.querySelector("#again").addEventListener("click", () => void look());
void look();
