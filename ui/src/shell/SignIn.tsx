/** Who are you? Then back to where you wanted to go. */
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { PREFIX, ui } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import icon from "@/app/icon.svg";

const S = strings({
  title: ["Sign in to Venturi", "登录 Venturi"],
  user: ["User name", "用户名"],
  password: ["Password", "密码"],
  button: ["Sign in", "登录"],
});

/** Only addresses of this server: `//elsewhere` and `https:` are not. */
function safe(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

export function SignIn() {
  const t = useStrings(S);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => ui("/auth/login", { method: "POST", json: { username, password } }),
    onSuccess: () =>
      location.assign(PREFIX + safe(new URLSearchParams(location.search).get("next"))),
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    signIn.mutate();
  }

  return (
    <main
      style={{
        minHeight: "100vh",
        display: "grid",
        placeItems: "center",
        padding: 20,
        background: "var(--bg-soft)",
      }}
    >
      <form
        onSubmit={submit}
        className="panel"
        style={{ width: "min(360px, 100%)", padding: 24, display: "grid", gap: 14 }}
      >
        <div style={{ display: "flex", alignItems: "center", gap: 10 }}>
          <img src={icon} width={26} height={26} alt="" />
          <h1 style={{ fontSize: 18 }}>{t("title")}</h1>
        </div>
        <TextInput
          size="sm"
          label={t("user")}
          name="username"
          autoComplete="username"
          required
          autoFocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          size="sm"
          label={t("password")}
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {signIn.error && (
          <p role="alert" style={{ margin: 0, color: "var(--s-failed)", fontSize: 13 }}>
            {signIn.error.message}
          </p>
        )}
        <Button type="submit" size="sm" loading={signIn.isPending}>
          {t("button")}
        </Button>
      </form>
    </main>
  );
}
