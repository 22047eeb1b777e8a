import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

export function AssetLink({ id, children }: { id: number; children: ReactNode }) {
  return (
    <Link to="/asset/$assetId" params={{ assetId: String(id) }}>
      {children}
    </Link>
  );
}
