/** Taking a map away: as a picture, or as a link to the page. */
import { ref } from 'vue'
import { save as saveFile } from '@/design/saving'

const SAID_MS = 2_000

export function useTaking(picture: () => Promise<Blob>, fileName: () => string) {
  /** Whether the link was copied a moment ago. */
  const shared = ref(false)

  async function save(): Promise<void> {
    saveFile(fileName(), await picture())
  }

  async function share(): Promise<void> {
    await navigator.clipboard?.writeText(location.href)
    shared.value = true
    setTimeout(() => (shared.value = false), SAID_MS)
  }
  return { shared, save, share }
}
