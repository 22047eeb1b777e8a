export function DagPage() {
  return (
    <div className="page">
      <h1>DagPage</h1>
    </div>
  );
}
