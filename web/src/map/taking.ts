/** Taking a map away: as a picture, or as a link to the page. */
import { ref } from 'vue'

const SAID_MS = 2_000

export function useTaking(picture: () => Promise<Blob>, label: () => string) {
  /** Whether the link was copied a moment ago. */
  const shared = ref(false)

  async function save(): Promise<void> {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await picture())
    link.download = `${label()}.png`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }

  async function share(): Promise<void> {
    await navigator.clipboard?.writeText(location.href)
    shared.value = true
    setTimeout(() => (shared.value = false), SAID_MS)
  }
  return { shared, save, share }
}
