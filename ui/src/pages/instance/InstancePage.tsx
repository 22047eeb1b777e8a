export function InstancePage() {
  return (
    <div className="page">
      <h1>InstancePage</h1>
    </div>
  );
}
