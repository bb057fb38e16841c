const answer = document.querySelector("#answer");
document.querySelector("#greet").addEventListener("click", () => {
  answer.textContent = "Hello";
});
