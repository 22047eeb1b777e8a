/** Colours of terminals, as pieces of text with class names; nothing of it ever becomes HTML. */
export interface Piece {
  text: string;
  className: string;
}

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what these sequences are
const SEQUENCE = /\u001b(?:\[([0-9;:?]*)([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

export function pieces(line: string): Piece[] {
  if (!line.includes("\u001b")) return [{ text: line, className: "" }];
  const made: Piece[] = [];
  let [color, bold, dim, under] = ["", false, false, false];
  let at = 0;
  const put = (text: string) => {
    if (!text) return;
    const names = [color, bold && "ansi-bold", dim && "ansi-dim", under && "ansi-under"];
    made.push({ text, className: names.filter(Boolean).join(" ") });
  };
  for (const found of line.matchAll(SEQUENCE)) {
    put(line.slice(at, found.index));
    at = found.index + found[0].length;
    if (found[2] !== "m") continue;
    const codes = (found[1] || "0").split(/[;:]/).map(Number);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] as number;
      if (code === 0) [color, bold, dim, under] = ["", false, false, false];
      else if (code === 1) bold = true;
      else if (code === 2) dim = true;
      else if (code === 4) under = true;
      else if (code === 22) [bold, dim] = [false, false];
      else if (code === 24) under = false;
      else if (code >= 30 && code <= 37) color = `ansi-${NAMES[code - 30]}`;
      else if (code >= 90 && code <= 97) color = `ansi-${NAMES[code - 90]}`;
      else if (code === 39) color = "";
      else if (code === 38 || code === 48) {
        // 38;5;n takes one more number, 38;2;r;g;b three; the first 16 have names.
        const n = codes[i + 2] ?? 0;
        if (code === 38) color = codes[i + 1] === 5 && n < 16 ? `ansi-${NAMES[n % 8]}` : "";
        i += codes[i + 1] === 2 ? 4 : 2;
      }
    }
  }
  put(line.slice(at));
  return made;
}

/** Each place of `words` as a piece of its own, marked. */
export function marked(line: Piece[], words: string): Piece[] {
  if (!words) return line;
  const wanted = words.toLowerCase();
  return line.flatMap(({ text, className }) => {
    const made: Piece[] = [];
    const low = text.toLowerCase();
    if (low.length !== text.length) return [{ text, className }];
    let at = 0;
    for (let hit = low.indexOf(wanted); hit >= 0; hit = low.indexOf(wanted, at)) {
      if (hit > at) made.push({ text: text.slice(at, hit), className });
      at = hit + wanted.length;
      made.push({ text: text.slice(hit, at), className: `${className} log-hit` });
    }
    if (at < text.length) made.push({ text: text.slice(at), className });
    return made;
  });
}

const LEVEL = /^\[\d{4}-[^\]]*\] \{[^}]*\} (ERROR|CRITICAL|FATAL|WARNING|WARN|DEBUG) - /;

/** The class of a line by its level. */
export function levelClass(line: string): string {
  const found = LEVEL.exec(line)?.[1];
  if (!found) return "";
  if (found.startsWith("WARN")) return "log-warning";
  return found === "DEBUG" ? "log-debug" : "log-error";
}
