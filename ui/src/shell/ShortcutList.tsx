import { Kbd, Modal } from "@mantine/core";
import { strings, usePair, useStrings } from "@/app/i18n";
import { shortcuts } from "@/app/keys";

const S = strings({ title: ["Keyboard shortcuts", "键盘快捷键"], after: ["then", "然后"] });

export function ShortcutList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useStrings(S);
  const pair = usePair();
  return (
    <Modal opened={opened} onClose={onClose} title={<strong>{t("title")}</strong>}>
      <dl className="facts">
        {opened &&
          shortcuts().map((each) => (
            <div key={each.keys} style={{ display: "contents" }}>
              <dt>
                {each.keys.split(" ").map((part, index) => (
                  <span key={part}>
                    {index > 0 && ` ${t("after")} `}
                    {part.split("+").map((key) => (
                      <Kbd key={key} size="xs" mr={2}>
                        {key === "mod" ? "Ctrl / ⌘" : key.toUpperCase()}
                      </Kbd>
                    ))}
                  </span>
                ))}
              </dt>
              <dd>{pair(each.what)}</dd>
            </div>
          ))}
      </dl>
    </Modal>
  );
}
