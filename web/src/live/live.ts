/** News of the server as it comes; after a restart it goes on where it stopped, without a reload. */
import { onScopeDispose, ref, type Ref } from 'vue'

export interface News {
  topic: string
  subject: string
  at: string
  said: Record<string, unknown>
}

export type Standing = 'connecting' | 'live' | 'lost'

/** How the page stands with the server. */
export const standing: Ref<Standing> = ref('connecting')

const TOPICS: Record<string, string[]> = {
  job: ['create', 'begin', 'progress', 'done', 'fail', 'cancel', 'requeue', 'retry', 'remove'],
  run: ['create', 'change', 'remove'],
  city: ['create', 'change', 'remove'],
  city_version: ['create'],
  scenario: ['create', 'change', 'remove'],
  upload: ['create', 'remove'],
}

type Hears = (news: News) => void
const listeners = new Set<Hears>()
/** Called when news may have been missed: whatever is shown is read again. */
const readers = new Set<() => void>()

let source: EventSource | undefined
let last: string | undefined
let wasLost = false
let retry: ReturnType<typeof setTimeout> | undefined

function address(): string {
  const after = last === undefined ? '' : `&after=${last}`
  return `/api/v1/events?topics=${Object.keys(TOPICS).join(',')}${after}`
}

function open(): void {
  source = new EventSource(address())
  source.addEventListener('ready', (event) => {
    last = event.lastEventId || last
    standing.value = 'live'
    if (wasLost) for (const read of readers) read()
    wasLost = false
  })
  source.addEventListener('gap', () => {
    for (const read of readers) read()
  })
  for (const [kind, verbs] of Object.entries(TOPICS)) {
    for (const verb of verbs) source.addEventListener(`${kind}.${verb}`, heard)
  }
  source.onerror = () => {
    standing.value = 'lost'
    wasLost = true
    // the browser tries again by itself unless the server answered with a refusal
    if (source?.readyState === EventSource.CLOSED && retry === undefined) {
      retry = setTimeout(() => {
        retry = undefined
        open()
      }, 2000)
    }
  }
}

function heard(event: MessageEvent<string>): void {
  last = event.lastEventId || last
  const said = JSON.parse(event.data) as Record<string, unknown>
  const news = {
    topic: event.type,
    subject: String(said.subject ?? ''),
    at: String(said.at ?? ''),
    said,
  }
  for (const hear of [...listeners]) hear(news)
}

/** Begin to listen; once for a page. */
export function beginLive(): void {
  if (source === undefined) open()
}

/** Hear news of some kinds (`job`) or topics (`job.done`) while the caller lives. */
export function useNews(topics: string[], hear: Hears): void {
  const wanted = new Set(topics)
  const mine: Hears = (news) => {
    if (wanted.has(news.topic) || wanted.has(news.topic.split('.')[0] ?? '')) hear(news)
  }
  listeners.add(mine)
  onScopeDispose(() => listeners.delete(mine))
}

/** Read again whenever such news comes, at most once in a while, and after the server was away. */
export function useFresh(topics: string[], again: () => void, everyMs = 400): void {
  let waiting: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    waiting ??= setTimeout(() => {
      waiting = undefined
      again()
    }, everyMs)
  }
  useNews(topics, soon)
  readers.add(soon)
  onScopeDispose(() => {
    readers.delete(soon)
    clearTimeout(waiting)
  })
}
