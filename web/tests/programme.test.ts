// Measures as a form holds them and as the file that is run.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import {
  assumed,
  freeId,
  fromToml,
  hardenEach,
  isAssumed,
  reachOf,
  toToml,
} from '@/stages/decide/programme'

const shipped = ['../examples/memphis/measures.toml', '../examples/demo/budget/measures-city.toml']

it.each(shipped)('%s stays the same through the form and back', (path) => {
  const read = fromToml(readFileSync(path, 'utf8'))
  expect(read.measures.length).toBeGreaterThan(4)
  expect(fromToml(toToml(read))).toEqual(read)
})

it('never writes a cost that nobody has given', () => {
  const [weak] = hardenEach([{ asset: 'power-18', name: '', kind_zh: '', kind_en: '' }], [])
  expect(weak?.cost_yuan).toBeNull()
  const text = toToml({ title: { zh: '', en: '' }, measures: [weak!] })
  expect(text).not.toContain('cost_yuan')
  expect(fromToml(text).measures[0]?.cost_yuan).toBeNull()
})

it('says in its title that a cost is assumed, once, and takes it back', () => {
  const [weak] = hardenEach([{ asset: 'a', name: 'A', kind_zh: '站', kind_en: 'Station' }], [])
  const said = assumed(assumed(weak!, true), true)
  expect(isAssumed(said)).toBe(true)
  expect(said.title.zh.match(/假定/g)).toHaveLength(1)
  expect(assumed(said, false).title).toEqual(weak!.title)
})

it('gives each suggestion an id of its own', () => {
  const one = { asset: '站 1', name: '', kind_zh: '', kind_en: '' }
  const ids = hardenEach([one, one], ['harden-1']).map((each) => each.id)
  expect(new Set([...ids, 'harden-1']).size).toBe(3)
  expect(freeId('', [])).toBe('measure')
})

it('tells which assets a measure touches, and the ends of what it builds', () => {
  const [link] = fromToml(
    '[[measures]]\nid="t"\nkind="link"\nstart="a"\nend="b"\ncost_yuan=1\n',
  ).measures
  expect(reachOf(link!)).toMatchObject({ ids: [], ends: ['a', 'b'] })
})

it('throws on what is no TOML', () => expect(() => fromToml('[[measures')).toThrow())
