// Texts stand in both languages, in words files only, and every key that is used exists.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PLACES } from '@/words/places'
import { TERMS } from '@/stages/guide/terms'
import type { Texts } from '@/words/define'

const SRC = join(import.meta.dirname, '..', 'src')
const CJK = /[\u3400-\u9fff]/
/** Files that hold text by their nature. */
const TEXTS = /(words|Words|terms|format)\.ts$/

function* flat(texts: Texts, at = ''): Generator<[string, string]> {
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') yield [`${at}${key}`, value]
    else yield* flat(value, `${at}${key}.`)
  }
}

function files(): { name: string; text: string }[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(vue|ts)$/.test(name) && !name.startsWith('client'))
    .map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }))
}

const withoutComments = (text: string) =>
  text.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|(^|[^:])\/\/.*$/gm, '$1')

const known = new Map<string, { zh: string; en: string }>()
for (const [place, words] of Object.entries(PLACES)) {
  const en = new Map(flat(words.en as Texts))
  for (const [key, zh] of flat(words.zh))
    known.set(`${place}.${key}`, { zh, en: en.get(key) ?? '' })
}

describe('texts', () => {
  it('say something in both languages', () => {
    const empty = [...known].filter(([, said]) => !said.zh.trim() || !said.en.trim())
    expect(empty.map(([key]) => key)).toEqual([])
  })

  it('have the same placeholders in both languages', () => {
    const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()
    const differ = [...known].filter(([, { zh, en }]) => String(holes(zh)) !== String(holes(en)))
    expect(differ.map(([key]) => key)).toEqual([])
  })

  it('are English in English', () => {
    const mixed = [...known].filter(
      ([key, said]) => CJK.test(said.en) && !key.startsWith('frame.language'),
    )
    expect(mixed.map(([key, said]) => `${key}: ${said.en}`)).toEqual([])
    for (const [id, term] of Object.entries(TERMS)) {
      expect(CJK.test(term.en.name + term.en.meaning), id).toBe(false)
      expect(CJK.test(term.zh.name), id).toBe(true)
    }
  })

  it('stand in no other file', () => {
    const found = files()
      .filter(({ name }) => !TEXTS.test(name))
      .filter(({ text }) => CJK.test(withoutComments(text)))
    expect(found.map(({ name }) => name)).toEqual([])
  })

  it('exist for every key that is used', () => {
    const used = files().flatMap(({ name, text }) =>
      [...text.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((m) => ({ name, key: m[1] as string })),
    )
    expect(used.length).toBeGreaterThan(50)
    expect(used.filter(({ key }) => !known.has(key))).toEqual([])
  })

  it('are all used', () => {
    const all = files()
      .map(({ text }) => text)
      .join('\n')
    const built = [...all.matchAll(/[`'"]([\w.]+\.[\w.]*)\$\{/g)].map((m) => m[1] as string)
    const unused = [...known.keys()].filter(
      (key) => !all.includes(`'${key}'`) && !built.some((start) => key.startsWith(start)),
    )
    expect(unused).toEqual([])
  })
})
