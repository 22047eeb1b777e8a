/** A value as text; always text, whatever it contains. */
export function Json({ value }: { value: unknown }) {
  return (
    <pre className="pre">{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</pre>
  );
}
