export function FindRun() {
  return (
    <div className="page">
      <h1>FindRun</h1>
    </div>
  );
}
