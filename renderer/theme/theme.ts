/** The Mantine theme: dense, hairlines, the scorch as the one accent. Colours of surfaces come from tokens.css. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const scorch: MantineColorsTuple = [
  '#fff3ea',
  '#ffe2cd',
  '#ffc59b',
  '#ffa766',
  '#ff8a3d',
  '#f2711d',
  '#d95c0e',
  '#b8480b',
  '#93390b',
  '#6f2c0b',
];

export const theme = createTheme({
  primaryColor: 'scorch',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  colors: { scorch },
  fontFamily: 'var(--sm-font)',
  fontFamilyMonospace: 'var(--sm-mono)',
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '15px', xl: '20px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '2px', sm: '3px', md: '4px', lg: '6px', xl: '8px' },
  defaultRadius: 'md',
  headings: {
    fontFamily: 'var(--sm-font)',
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '15px', lineHeight: '24px' },
      h3: { fontSize: '13px', lineHeight: '20px' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { size: 'sm', variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    TagsInput: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } },
    Modal: { defaultProps: { transitionProps: { duration: 120 } } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false } },
  },
});

/** Makes Mantine's surfaces and text the ones of tokens.css: `<MantineProvider cssVariablesResolver={…}>`. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: mantineSurfaces,
  dark: mantineSurfaces,
});

const mantineSurfaces = {
  '--mantine-color-body': 'var(--sm-background)',
  '--mantine-color-text': 'var(--sm-text)',
  '--mantine-color-dimmed': 'var(--sm-muted)',
  '--mantine-color-placeholder': 'var(--sm-faint)',
  '--mantine-color-default': 'var(--sm-surface)',
  '--mantine-color-default-hover': 'var(--sm-hover)',
  '--mantine-color-default-border': 'var(--sm-line-strong)',
  // Its own reds are too weak for text on our grounds.
  '--mantine-color-error': 'var(--sm-worse)',
};
