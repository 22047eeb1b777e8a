import { duration } from "@/app/time";

export function Duration({ seconds }: { seconds: number | null | undefined }) {
  return <span className="nowrap">{duration(seconds)}</span>;
}
