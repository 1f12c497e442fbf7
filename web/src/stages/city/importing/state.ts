/** The import somebody is at; kept while they look at other pages, until they begin another. */
import { computed, reactive, ref, shallowRef } from 'vue'
import { Fault, faultOf } from '@/live/asking'
import {
  askImport,
  handIn,
  preview as previewOf,
  type FileOut,
  type GuessedLayerOut,
  type ImportAsked,
  type PreviewOut,
  type SuggestionOut,
} from './data'
import { mergeRules, type Clash } from './clash'
import { below, tellsNeeds, withProposed } from './mapping'

export interface Held {
  path: string
  file: File
  sent: number
  id: string
  fault: string
}

const AT_ONCE = 4
/** What systems leave beside the files of a folder. */
const CLUTTER = /(^|\/)(\.|__MACOSX\/|Thumbs\.db$|desktop\.ini$)/

export const held = reactive<Held[]>([])
export const sending = ref(false)
export const preview = shallowRef<PreviewOut>()
export const fault = shallowRef<Fault>()
/** Number of the suggestion that is taken; -1: chosen by hand. */
export const taken = ref(-1)
/** Layers of a guessed mapping that nobody has taken yet. */
export const proposal = shallowRef<GuessedLayerOut[]>([])
export const way = reactive({
  reader: '',
  source: '',
  crs: '',
  mapping: '',
  options: {} as Record<string, string>,
})
export const target = reactive({
  into: '',
  id: '',
  name: '',
  name_en: '',
  code: '',
  time_zone: 'Asia/Shanghai',
  infer: true,
  /** Into a city that stands: which value wins, and whether far places are let in. */
  clash: '' as Clash,
  far: false,
})
export const job = ref('')
export const asking = ref(false)

export const paths = computed(() => held.filter((one) => one.id).map((one) => one.path))
/** Paths that a mapping may name. */
export const named = computed(() => below(paths.value, way.source))

type Sheet = FileOut['sheets'][number]
export interface ColumnSeen {
  name: string
  examples: string[]
}

/** What is known of the rows that a layer or a join reads. */
export function sheetOf(rows: { file?: string; sheet?: string }): Sheet | undefined {
  const path = [way.source, rows.file].filter(Boolean).join('/')
  const files = preview.value?.files ?? []
  const file = files.find((one) => one.path === path || one.path === way.source)
  return file?.sheets.find((one) => one.name === rows.sheet) ?? file?.sheets[0]
}

export function columnsOf(rows: { file?: string; sheet?: string }): ColumnSeen[] {
  return sheetOf(rows)?.columns.filter((one) => one.type !== 'geometry') ?? []
}

/** Uploads by path, as a preview, a trial and an import name them. */
export function uploads(): Record<string, string> {
  return Object.fromEntries(held.filter((one) => one.id).map((one) => [one.path, one.id]))
}

export function begin(): void {
  held.splice(0)
  preview.value = undefined
  fault.value = undefined
  taken.value = -1
  proposal.value = []
  job.value = ''
  Object.assign(way, { reader: '', source: '', crs: '', mapping: '', options: {} })
  Object.assign(target, { into: '', id: '', name: '', name_en: '', code: '', infer: true })
  Object.assign(target, { clash: '', far: false })
}

/** Take files with their paths, hand in those that are new, and look into all. */
export async function take(files: { path: string; file: File }[]): Promise<void> {
  fault.value = undefined
  for (const { path, file } of files.filter((one) => !CLUTTER.test(one.path))) {
    const at = held.findIndex((one) => one.path === path)
    const fresh = { path, file, sent: 0, id: '', fault: '' }
    if (at < 0) held.push(fresh)
    else held[at] = fresh
  }
  sending.value = true
  try {
    const waiting = held.filter((one) => !one.id)
    await Promise.all(Array.from({ length: AT_ONCE }, () => sendFrom(waiting)))
    await look()
  } catch (thrown) {
    fault.value = thrown instanceof Fault ? thrown : faultOf(thrown, 0)
  } finally {
    sending.value = false
  }
}

async function sendFrom(waiting: Held[]): Promise<void> {
  for (let one = waiting.shift(); one; one = waiting.shift()) {
    const mine = one
    const name = mine.path.split('/').at(-1) ?? mine.path
    mine.id = await handIn(mine.file, name, (bytes) => (mine.sent = bytes))
    mine.sent = mine.file.size
  }
}

export async function drop(path: string): Promise<void> {
  const at = held.findIndex((one) => one.path === path)
  if (at >= 0) held.splice(at, 1)
  await take([])
}

async function look(): Promise<void> {
  if (!held.length) {
    preview.value = undefined
    return
  }
  preview.value = await previewOf(uploads())
  const first = preview.value.suggestions[0]
  if (first) suggested(0, first)
}

export function suggested(n: number, one: SuggestionOut): void {
  taken.value = n
  const { reader, source, crs } = one
  proposal.value = one.layers
  // a guess is only proposed; it is read by nothing before somebody takes it
  const mapping = one.layers.length ? '' : one.mapping
  Object.assign(way, { reader, source, crs, mapping, options: {} })
  target.infer = !tellsNeeds(mapping)
}

export function byHand(): void {
  taken.value = -1
  proposal.value = []
}

/** Put the layers that somebody chose of a proposal into the mapping. */
export function takeProposed(layers: GuessedLayerOut[]): void {
  way.mapping = withProposed(way.mapping, layers)
  target.infer = !tellsNeeds(way.mapping)
  proposal.value = []
}

/** Ask for the import as it stands. */
export async function ask(maps: boolean): Promise<void> {
  asking.value = true
  fault.value = undefined
  try {
    const input: ImportAsked = {
      reader: way.reader,
      files: uploads(),
      source: way.source,
      options: said(way.options),
      infer: target.infer,
      ...(way.crs ? { crs: way.crs } : {}),
      ...(target.into ? await intoCity() : newCity()),
    }
    if (maps && way.mapping.trim())
      input.mapping = await handIn(new Blob([way.mapping]), 'mapping.toml', () => undefined)
    job.value = (await askImport(input)).id
  } catch (thrown) {
    fault.value = thrown instanceof Fault ? thrown : faultOf(thrown, 0)
  } finally {
    asking.value = false
  }
}

async function intoCity(): Promise<Partial<ImportAsked>> {
  const rules = mergeRules(target.clash)
  const merge = rules ? await handIn(new Blob([rules]), 'merge.toml', () => undefined) : ''
  return { into: target.into, far: target.far, ...(merge ? { merge } : {}) }
}

function newCity(): Partial<ImportAsked> {
  const { id, name, name_en, code, time_zone } = target
  return { id, ...said({ name, name_en, code, time_zone }) }
}

function said(of: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value.trim()))
}
