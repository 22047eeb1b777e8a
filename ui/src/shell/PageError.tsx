import { useRouter } from "@tanstack/react-router";
import { ProblemView } from "@/components/Blocks";

/** A page that broke; the navigation around it goes on. */
export function PageError({ error, reset }: { error: unknown; reset?: () => void }) {
  const router = useRouter();
  return (
    <div className="page">
      <ProblemView
        error={error}
        retry={() => {
          // After an upgrade of the server the old files are gone: a fresh page has the new ones.
          if (/import|module|chunk/i.test(String(error))) location.reload();
          reset?.();
          router.invalidate();
        }}
      />
    </div>
  );
}
