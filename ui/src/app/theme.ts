/** The look: one typeface, tabular figures, dense and quiet. */
import { createTheme, type MantineColorsTuple } from "@mantine/core";

const blue: MantineColorsTuple = [
  "#eaf2ff",
  "#d3e3fd",
  "#a8c7fa",
  "#7baaf7",
  "#5791f0",
  "#3578e5",
  "#1f6feb",
  "#1a5cc8",
  "#174ea6",
  "#103a7d",
];

const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei", sans-serif';

export const theme = createTheme({
  fontFamily: FONT,
  fontFamilyMonospace:
    'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  colors: {
    blue,
    dark: [
      "#e6eaf0",
      "#c3ccd6",
      "#a5b0bd",
      "#929daa",
      "#3d4754",
      "#2a323d",
      "#212833",
      "#181d25",
      "#12161c",
      "#0c0f14",
    ],
  },
  primaryColor: "blue",
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: 5,
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.45", lg: "1.45", xl: "1.3" },
  spacing: { xs: "6px", sm: "10px", md: "14px", lg: "20px", xl: "28px" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "1.3" },
      h2: { fontSize: "15px", lineHeight: "1.4" },
      h3: { fontSize: "14px", lineHeight: "1.4" },
    },
  },
  autoContrast: true,
  components: {
    Button: { defaultProps: { size: "xs" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "md" } },
    TextInput: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    PasswordInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs" } },
    MultiSelect: { defaultProps: { size: "xs" } },
    TagsInput: { defaultProps: { size: "xs" } },
    SegmentedControl: { defaultProps: { size: "xs" } },
    Switch: { defaultProps: { size: "xs" } },
    Checkbox: { defaultProps: { size: "xs" } },
    Tooltip: {
      defaultProps: { openDelay: 300, withArrow: true, fz: "xs", multiline: true, maw: 420 },
    },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 100 } } },
    Menu: { defaultProps: { transitionProps: { duration: 80 }, withinPortal: true } },
    Table: { defaultProps: { fz: "sm", verticalSpacing: 5, horizontalSpacing: "xs" } },
    Badge: { defaultProps: { radius: "sm", variant: "light", tt: "none", fw: 500 } },
  },
});
