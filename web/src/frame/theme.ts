/** Light, dark, or as the machine is set. */
import { darkTheme, type GlobalThemeOverrides } from 'naive-ui'
import { computed, nextTick, ref, watchEffect } from 'vue'
import type { Ink } from '@/design/plate'

export type Look = 'light' | 'dark' | 'auto'
const KEPT = 'rencity.look'
const machine = window.matchMedia('(prefers-color-scheme: dark)')
const machineDark = ref(machine.matches)
machine.addEventListener('change', (event) => (machineDark.value = event.matches))

function first(): Look {
  const kept = localStorage.getItem(KEPT)
  return kept === 'light' || kept === 'dark' ? kept : 'auto'
}

export const look = ref<Look>(first())
export const dark = computed(() =>
  look.value === 'auto' ? machineDark.value : look.value === 'dark',
)
export const naiveTheme = computed(() => (dark.value ? darkTheme : null))

export function setLook(to: Look): void {
  look.value = to
  localStorage.setItem(KEPT, to)
}

export function keepLook(): void {
  watchEffect(() => {
    document.documentElement.dataset.theme = dark.value ? 'dark' : 'light'
  })
}

/** Whether colours are those of the light look for a moment: pictures are printed on white. */
const lit = ref(false)
let probe: HTMLElement | undefined

function inLight(): HTMLElement {
  if (!probe) {
    probe = document.createElement('span')
    probe.dataset.theme = 'light'
    probe.hidden = true
    document.body.append(probe)
  }
  return probe
}

/** A design token as it stands now. */
export function token(name: string): string {
  const from = dark.value && lit.value ? inLight() : document.documentElement
  return getComputedStyle(from).getPropertyValue(`--${name}`).trim()
}

/** Do something while every colour that is read is that of the light look; the page is not painted. */
export async function litWhile<T>(act: () => T): Promise<T> {
  lit.value = true
  try {
    await nextTick()
    return act()
  } finally {
    lit.value = false
    await nextTick()
  }
}

/** What pictures are written with. */
export function inkNow(): Ink {
  const [card, ink, quiet, line, font] = ['card', 'ink', 'ink-2', 'line', 'font'].map(token)
  return { card: card!, ink: ink!, quiet: quiet!, line: line!, font: font! }
}

const LIGHT = {
  accent: '#0b6e6e',
  hover: '#0d8080',
  card: '#ffffff',
  line: '#d8dee4',
  ink: '#17212b',
  ink3: '#5f6d7a',
  onAccent: '#ffffff',
}
const DARK = {
  accent: '#4cc2bd',
  hover: '#6fd6d1',
  card: '#18222b',
  line: '#33424f',
  ink: '#e8eef3',
  ink3: '#97a6b3',
  onAccent: '#06201f',
}

/** The components' theme, in the words of the tokens. */
export const overrides = computed<GlobalThemeOverrides>(() => {
  const t = dark.value ? DARK : LIGHT
  return {
    common: {
      primaryColor: t.accent,
      primaryColorHover: t.hover,
      primaryColorPressed: t.accent,
      primaryColorSuppl: t.accent,
      textColorBase: t.ink,
      textColor1: t.ink,
      textColor2: t.ink,
      textColor3: t.ink3,
      placeholderColor: t.ink3,
      cardColor: t.card,
      borderColor: t.line,
      dividerColor: t.line,
      fontFamily: 'var(--font)',
      fontSize: '14px',
      borderRadius: '6px',
    },
    Button: {
      textColorPrimary: t.onAccent,
      textColorHoverPrimary: t.onAccent,
      textColorPressedPrimary: t.onAccent,
      textColorFocusPrimary: t.onAccent,
    },
    Tabs: { tabTextColorLine: t.ink, tabTextColorActiveLine: t.accent },
  }
})
