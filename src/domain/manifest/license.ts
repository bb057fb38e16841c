import parse from "spdx-expression-parse";

const PROPRIETARY = "LicenseRef-Proprietary";

/** An SPDX expression of identifiers on the bundled list, or exactly `LicenseRef-Proprietary`. */
export function isLicenseExpression(text: string): boolean {
  if (text === PROPRIETARY) return true;
  try {
    return isListed(parse(text));
  } catch {
    return false;
  }
}

function isListed(expression: parse.Info): boolean {
  if ("conjunction" in expression) return isListed(expression.left) && isListed(expression.right);
  return !/^(?:DocumentRef|LicenseRef)-/.test(expression.license);
}
