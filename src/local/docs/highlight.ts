const KEYWORDS =
  "as|async|await|class|const|declare|default|delete|else|export|extends|false|for|from|function|if|import|in|interface|let|new|null|of|readonly|return|satisfies|throw|true|try|catch|type|typeof|undefined|void|while|with";

/** Language → what is found in it, in this order; the name of a group is the class it gets. Code is encoded as HTML already. */
const GRAMMARS: Readonly<Record<string, RegExp>> = {
  ts: new RegExp(
    `(?<c>//[^\\n]*|/\\*[\\s\\S]*?\\*/)|(?<s>&quot;(?:\\\\.|(?!&quot;)[^\\\\\\n])*&quot;|'(?:\\\\.|[^'\\\\\\n])*'|\`(?:\\\\.|[^\`\\\\])*\`)|\\b(?<k>${KEYWORDS})\\b`,
    "g",
  ),
  json: /(?<k>&quot;(?:\\.|(?!&quot;)[^\\\n])*&quot;)(?=\s*:)|(?<s>&quot;(?:\\.|(?!&quot;)[^\\\n])*&quot;)/g,
  html: /(?<c>&lt;!--[\s\S]*?--&gt;)|(?<s>&quot;[^\n]*?&quot;)|(?<k>&lt;\/?[\w-]+)/g,
  console: /^(?<p>\$) |(?<c>(?:^|(?<=\s))# [^\n]*$)/gm,
};
const SAME: Readonly<Record<string, string>> = { js: "ts", typescript: "ts", javascript: "ts", sh: "console" };

/** Encoded code with spans around comments, strings, keywords and prompts. */
export function highlight(code: string, language: string): string {
  const grammar = GRAMMARS[SAME[language] ?? language];
  if (grammar === undefined) return code;
  return code.replace(grammar, (...found: unknown[]) => {
    const text = found[0] as string;
    const groups = found.at(-1) as Record<string, string | undefined>;
    const [kind] = Object.entries(groups).find(([, part]) => part !== undefined) ?? [];
    // The prompt is no part of the command: it is not selected with it.
    return kind === undefined ? text : `<span class="hl-${kind}">${text}</span>`;
  });
}
