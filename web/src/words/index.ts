import { createI18n } from 'vue-i18n'
import type { Texts } from './define'
import { frameWords } from '@/frame/words'
import { designWords } from '@/design/words'
import { mapWords } from '@/map/words'
import { homeWords } from '@/stages/home/words'
import { cityWords } from '@/stages/city/words'
import { rehearseWords } from '@/stages/rehearse/words'
import { decideWords } from '@/stages/decide/words'
import { jobsWords } from '@/stages/jobs/words'
import { progressWords } from '@/stages/jobs/progressWords'
import { guideWords } from '@/stages/guide/words'

export type Lang = 'zh' | 'en'
export const LANGS: Lang[] = ['zh', 'en']

/** Every text by place; each place keeps its own file beside its pages. */
export const PLACES = {
  frame: frameWords,
  design: designWords,
  map: mapWords,
  home: homeWords,
  city: cityWords,
  rehearse: rehearseWords,
  decide: decideWords,
  jobs: jobsWords,
  progress: progressWords,
  guide: guideWords,
}

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
