export function Dags() {
  return (
    <div className="page">
      <h1>Dags</h1>
    </div>
  );
}
