// Which city pages are about: the one chosen here before, else the usual one.
import { beforeEach, expect, it, vi } from 'vitest'
import type { City } from '@/frame/data'

const kept = new Map<string, string>()
vi.stubGlobal('localStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => kept.set(key, value),
})
vi.mock('@/words', () => ({ pick: (zh: string, en: string) => zh || en }))
const listRuns = vi.fn()
const getVersion = vi.fn()
vi.mock('@/client', () => ({
  listRuns: (asked: unknown) => ({ data: listRuns(asked) as unknown }),
  getVersion: (asked: { path: { city: string } }) => ({
    data: getVersion(asked.path.city) as unknown,
  }),
}))

const city = (id: string) => ({ id, name: id, name_en: '', current: 1, time_zone: 'UTC' }) as City
const ALL = [city('a'), city('b'), city('c')]
async function opened(before?: string) {
  kept.clear()
  if (before) kept.set('rencity.city', before)
  vi.resetModules()
  return { ...(await import('@/frame/chosen')), ...(await import('@/frame/data')) }
}
beforeEach(() => {
  listRuns.mockReset().mockReturnValue({ items: [] })
  getVersion
    .mockReset()
    .mockImplementation((id: string) => ({ city: id, at: `2026-0${' cab'.indexOf(id)}` }))
})

it('is the one chosen on this browser while it stands', async () => {
  const page = await opened('b')
  expect(page.isClear(ALL)).toBe(true)
  page.learn(ALL)
  expect(page.chosen.value?.id).toBe('b')
  page.learn([city('a'), city('c')], 'c')
  expect(page.chosen.value?.id).toBe('c')
})

it('else the one rehearsed last, which stays while the page is open', async () => {
  const page = await opened('gone')
  expect(page.isClear(ALL)).toBe(false)
  listRuns.mockReturnValue({ items: [{ city: 'c' }] })
  page.learn(ALL, await page.usualOf(ALL))
  expect(page.chosen.value?.id).toBe('c')
  expect(page.isClear(ALL)).toBe(true)
  page.learn([...ALL, city('d')])
  expect(page.chosen.value?.id).toBe('c')
})

it('else the one made last', async () => {
  const page = await opened()
  expect(await page.usualOf(ALL)).toBe('b')
  expect(getVersion).toHaveBeenCalledTimes(3)
})

it('is kept once it is chosen', async () => {
  const page = await opened()
  page.learn(ALL, 'a')
  page.choose('b')
  expect(page.chosen.value?.id).toBe('b')
  expect(kept.get('rencity.city')).toBe('b')
})

it('is the only one there is, without asking', async () => {
  const page = await opened()
  expect(page.isClear([city('a')])).toBe(true)
  page.learn([city('a')])
  expect(page.chosen.value?.id).toBe('a')
  page.learn(ALL)
  expect(page.chosen.value?.id).toBe('a')
})
