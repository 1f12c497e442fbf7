/** A scenario in the making: its values, its text and its files, kept in step and checked as it goes. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { Fault, faultOf } from '@/live/asking'
import { checked, handedIn, type ScenarioChecked } from '../data'
import { fromToml, TextFault, toToml, type Doc, type Hazard } from './doc'
import type { Start } from './templates'

const WAIT_MS = 700

export interface Draft {
  doc: Ref<Doc | undefined>
  text: Ref<string>
  /** Why the form does not say what the text says; undefined: they are in step. */
  textFault: Ref<TextFault | undefined>
  /** Path in the text -> id of what was handed in. */
  files: Ref<Record<string, string>>
  /** Path in the text -> what shall lie there. */
  texts: Ref<Record<string, string>>
  check: Ref<ScenarioChecked | undefined>
  fault: Ref<Fault | undefined>
  checking: Ref<boolean>
  begin: (start: Start, files?: Record<string, string>) => void
  /** Begin from a text as it stands, comments and all. */
  beginText: (text: string, files: Record<string, string>) => void
  retext: (text: string) => void
  setHazard: (n: number, hazard: Hazard) => void
  /** Check now, files handed in; whether all is sound. */
  settle: () => Promise<boolean>
}

export function useDraft(city: Ref<string>): Draft {
  const doc = ref<Doc>()
  const text = ref('')
  const textFault = shallowRef<TextFault>()
  const files = ref<Record<string, string>>({})
  const texts = ref<Record<string, string>>({})
  const check = shallowRef<ScenarioChecked>()
  const fault = shallowRef<Fault>()
  const checking = ref(false)
  const held = new Map<string, string>()
  let fromText = false
  let waiting: ReturnType<typeof setTimeout> | undefined
  let turn = 0

  function begin(start: Start, given: Record<string, string> = {}): void {
    textFault.value = undefined
    files.value = { ...given }
    texts.value = { ...start.texts }
    doc.value = start.doc
    text.value = toToml(start.doc)
  }

  function beginText(said: string, given: Record<string, string>): void {
    files.value = { ...given }
    texts.value = {}
    retext(said)
  }

  function retext(said: string): void {
    text.value = said
    try {
      const read = fromToml(said)
      fromText = JSON.stringify(read) !== JSON.stringify(doc.value)
      doc.value = read
      textFault.value = undefined
    } catch (thrown) {
      if (!(thrown instanceof TextFault)) throw thrown
      textFault.value = thrown
    }
  }

  function setHazard(n: number, hazard: Hazard): void {
    if (doc.value)
      doc.value = {
        ...doc.value,
        hazards: doc.value.hazards.map((one, m) => (m === n ? hazard : one)),
      }
  }

  async function handIn(): Promise<void> {
    for (const [path, content] of Object.entries(texts.value)) {
      let id = held.get(content)
      if (id === undefined) {
        id = await handedIn(path, new Blob([content]))
        held.set(content, id)
      }
      if (files.value[path] !== id) files.value = { ...files.value, [path]: id }
    }
  }

  async function settle(): Promise<boolean> {
    clearTimeout(waiting)
    if (!doc.value || !city.value || textFault.value) return false
    const mine = ++turn
    checking.value = true
    try {
      await handIn()
      const found = await checked(text.value, files.value, city.value)
      if (mine !== turn) return false
      check.value = found
      fault.value = undefined
      return found.ok
    } catch (thrown) {
      if (mine === turn) fault.value = thrown instanceof Fault ? thrown : faultOf(thrown, 0)
      return false
    } finally {
      if (mine === turn) checking.value = false
    }
  }

  watch(
    doc,
    (now) => {
      if (now && !fromText) {
        text.value = toToml(now)
        textFault.value = undefined
      }
      fromText = false
    },
    { deep: true },
  )
  watch([text, texts, city], () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => void settle(), WAIT_MS)
  })
  onScopeDispose(() => clearTimeout(waiting))

  return {
    doc, text, textFault, files, texts, check, fault, checking, begin, beginText, retext,
    setHazard, settle,
  } // prettier-ignore
}
