import { createI18n } from 'vue-i18n'
import type { Texts } from './define'
import { PLACES } from './places'

export type Lang = 'zh' | 'en'
export const LANGS: Lang[] = ['zh', 'en']

function messages(lang: Lang): Texts {
  return Object.fromEntries(Object.entries(PLACES).map(([place, words]) => [place, words[lang]]))
}

const KEPT = 'rencity.lang'

function first(): Lang {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(KEPT)
  if (asked === 'zh' || asked === 'en') return asked
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export const i18n = createI18n({
  legacy: false,
  locale: first() as string,
  fallbackLocale: false,
  messages: { zh: messages('zh'), en: messages('en') },
  missingWarn: true,
})

export function lang(): Lang {
  return i18n.global.locale.value === 'en' ? 'en' : 'zh'
}

export function setLang(to: Lang): void {
  i18n.global.locale.value = to
  localStorage.setItem(KEPT, to)
  tell()
}

export function tell(): void {
  document.documentElement.lang = lang() === 'zh' ? 'zh-CN' : 'en'
}

/** The text in the language of the page, of data that holds both; the other where one is empty. */
export function pick(zh: string | null | undefined, en: string | null | undefined): string {
  return (lang() === 'en' ? en || zh : zh || en) ?? ''
}
