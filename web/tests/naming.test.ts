// What jobs are called: kind, city and what strikes, in the language of the page.
import { beforeEach, describe, expect, it, vi } from 'vitest'

let said: 'zh' | 'en' = 'zh'
vi.mock('@/client', () => ({}))
vi.mock('@/frame/chosen', () => ({
  nameOf: (id: string) => (id === 'memphis' ? (said === 'zh' ? '孟菲斯' : 'Memphis') : id),
}))
vi.mock('@/words', async () => {
  const { PLACES } = await import('@/words/places')
  const at = (key: string) =>
    key.split('.').reduce<unknown>((part, name, n) => {
      if (n === 0) return PLACES[name as keyof typeof PLACES]?.[said]
      return (part as Record<string, unknown> | undefined)?.[name]
    }, undefined)
  const t = (key: string, values: Record<string, unknown> = {}) =>
    String(at(key)).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]))
  return {
    i18n: { global: { t, te: (key: string) => typeof at(key) === 'string' } },
    pick: (zh?: string, en?: string) => (said === 'en' ? en || zh : zh || en) ?? '',
  }
})
const { jobName } = await import('@/stages/jobs/naming')

const job = (kind: string, input: Record<string, unknown>, title = '') => ({ kind, input, title })
const known = new Map([
  ['typhoon', { zh: '台风', en: 'Typhoon' }],
  ['run/r1', { zh: '孟菲斯 · 地震', en: 'Memphis · Earthquake' }],
])
const TOML = '[scenario]\nname = "m7"\ntitle = { zh = "七级地震", en = "Magnitude 7" }\n'

describe.each([
  {
    lang: 'zh' as const,
    names: [
      '打击推演 · 孟菲斯 · 台风',
      '打击推演 · 孟菲斯 · 七级地震',
      '预算选优 · 孟菲斯 · 2 个情景',
      '年均损失 · 孟菲斯 · 台风',
      '逐个失效 · 孟菲斯',
      '生成演示城市 · 街区 demo-block',
      '导入城市 · 新城',
      '出报告 · 孟菲斯 · 地震',
      '出报告 · 2 次推演',
    ],
  },
  {
    lang: 'en' as const,
    names: [
      'Strike · Memphis · Typhoon',
      'Strike · Memphis · Magnitude 7',
      'Best set for a budget · Memphis · 2 scenarios',
      'Yearly loss · Memphis · Typhoon',
      'One by one · Memphis',
      'Demo city · Block demo-block',
      'Import of a city · New Town',
      'Report · Memphis · Earthquake',
      'Report · 2 runs',
    ],
  },
])('in $lang', ({ lang, names }) => {
  beforeEach(() => {
    said = lang
  })
  const city = 'memphis'
  const jobs = [
    job('stress', { city, scenario: 'typhoon' }, 'stress memphis typhoon'),
    job('stress', { city, scenario: '', text: TOML }, 'stress memphis'),
    job('invest', { city, scenarios: [{ scenario: 'typhoon' }, { run: 'r1' }] }, 'invest memphis'),
    job('rate', { city, scenarios: [{ scenario: 'typhoon' }] }),
    job('n1', { city }, 'n1 memphis'),
    job('demo', { city: 'demo-block', scale: 'block' }, 'demo demo-block'),
    job('import', { into: '', id: 'new', name: '新城', name_en: 'New Town' }, 'import new'),
    job('report', { runs: ['r1'] }, 'report'),
    job('report', { runs: ['r1', 'r2'] }),
  ]
  it.each(jobs.map((one, n) => [names[n], one] as const))('says %s', (name, one) => {
    expect(jobName(one, known)).toBe(name)
  })
})

it('leaves a title that somebody gave, and calls what it does not know by its id', () => {
  said = 'zh'
  expect(jobName(job('stress', { city: 'memphis', scenario: 'typhoon' }, '年度演练'), known)).toBe(
    '年度演练',
  )
  expect(jobName(job('stress', { city: 'gone', scenario: 'lost' }), known)).toBe(
    '打击推演 · gone · lost',
  )
  expect(jobName(job('stress', { city: 'memphis', text: '= no toml' }), known)).toBe(
    '打击推演 · 孟菲斯',
  )
  expect(jobName(job('strange', {}), known)).toBe('strange')
})
