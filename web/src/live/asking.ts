/** How pages ask the server: one kind of fault, one key for each write. */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type WatchSource } from 'vue'

/** What the server refused, where, and what to do about it. */
export class Fault extends Error {
  constructor(
    readonly what: string,
    readonly place: string,
    readonly mend: string,
    readonly status: number,
    readonly request = '',
    readonly details: { place: string; what: string; what_zh?: string }[] = [],
    readonly what_zh = '',
    readonly mend_zh = '',
  ) {
    super(what)
  }

  /** Whether the server could not be reached at all. */
  get away(): boolean {
    return this.status === 0
  }
}

interface Answer<T> {
  data?: T
  error?: unknown
  response?: Response
}

/** What was answered, or a Fault. */
export async function answered<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await asked
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    throw new Fault(String((thrown as Error).message ?? thrown), '', '', 0)
  }
  if (answer.error === undefined && answer.response?.ok !== false) return answer.data as T
  throw faultOf(answer.error, answer.response?.status ?? 0)
}

export function faultOf(error: unknown, status: number): Fault {
  const said = (error as { error?: Record<string, unknown> } | undefined)?.error
  if (said && typeof said === 'object' && 'what' in said) {
    return new Fault(
      String(said.what),
      String(said.place ?? ''),
      String(said.mend ?? ''),
      status,
      String(said.request ?? ''),
      (said.details as Fault['details'] | undefined) ?? [],
      String(said.what_zh ?? ''),
      String(said.mend_zh ?? ''),
    )
  }
  if (error instanceof Error) return new Fault(error.message, '', '', status)
  return new Fault(typeof error === 'string' && error ? error : `HTTP ${status}`, '', '', status)
}

/** Bytes of an address of this server, with its headers. */
export async function bytesOf(url: string): Promise<{ bytes: ArrayBuffer; headers: Headers }> {
  let response: Response
  try {
    response = await fetch(url)
  } catch (thrown) {
    throw new Fault(String((thrown as Error).message), '', '', 0)
  }
  if (!response.ok) throw faultOf(await response.json().catch(() => ''), response.status)
  return { bytes: await response.arrayBuffer(), headers: response.headers }
}

/** Headers of a write: a key of its own, and the version it was made from. */
export function write(version?: number): { 'Idempotency-Key': string; 'If-Match'?: string } {
  const key = { 'Idempotency-Key': newKey() }
  return version === undefined ? key : { ...key, 'If-Match': `"${version}"` }
}

export function newKey(): string {
  const part = () => Math.random().toString(36).slice(2)
  return globalThis.crypto?.randomUUID?.() ?? `${Date.now().toString(36)}-${part()}${part()}`
}

/** Every item of a list that comes in pages. */
export async function everyItem<T>(
  page: (after: string | undefined) => Promise<{ items: T[]; next: string | null }>,
  most = 2000,
): Promise<T[]> {
  const found: T[] = []
  let after: string | undefined
  do {
    const one = await page(after)
    found.push(...one.items)
    after = one.next ?? undefined
  } while (after !== undefined && found.length < most)
  return found
}

/** How many readings are on their way. */
export const reading = ref(0)

export interface Asked<T> {
  data: Ref<T | undefined>
  fault: Ref<Fault | undefined>
  busy: Ref<boolean>
  again: () => Promise<void>
}

/** Ask now and whenever what it depends on changes; an answer that was overtaken is dropped. */
export function useAsked<T>(ask: () => Promise<T> | undefined, on: WatchSource[] = []): Asked<T> {
  const data = shallowRef<T>()
  const fault = shallowRef<Fault>()
  const busy = ref(false)
  let turn = 0
  async function again(): Promise<void> {
    const mine = ++turn
    const asked = ask()
    if (asked === undefined) {
      data.value = undefined
      busy.value = false
      return
    }
    busy.value = true
    reading.value += 1
    try {
      const found = await asked
      if (mine !== turn) return
      data.value = found
      fault.value = undefined
    } catch (thrown) {
      if (mine === turn) fault.value = thrown instanceof Fault ? thrown : faultOf(thrown, 0)
    } finally {
      reading.value -= 1
      if (mine === turn) busy.value = false
    }
  }
  watch(on, () => void again(), { immediate: true })
  onScopeDispose(() => (turn += 1))
  return { data, fault, busy, again }
}

export interface Acted {
  busy: Ref<boolean>
  fault: Ref<Fault | undefined>
  /** Do it once at a time; whether it went well. */
  act: (what: () => Promise<unknown>) => Promise<boolean>
}

/** A write that a button starts: busy meanwhile, its fault kept to be shown. */
export function useActed(): Acted {
  const busy = ref(false)
  const fault = shallowRef<Fault>()
  async function act(what: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    fault.value = undefined
    try {
      await what()
      return true
    } catch (thrown) {
      fault.value = thrown instanceof Fault ? thrown : faultOf(thrown, 0)
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, fault, act }
}
