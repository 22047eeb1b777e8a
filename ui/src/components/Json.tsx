/** A value as text; always text, whatever it contains. */
export function Json({ value }: { value: unknown }) {
  const text = typeof value === "string" && value !== "" ? value : JSON.stringify(value, null, 2);
  return <pre className="pre">{text}</pre>;
}
