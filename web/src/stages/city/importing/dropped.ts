/** Files with their paths, from a picker or from what was dropped, folders included. */

export interface Chosen {
  path: string
  file: File
}

export function picked(list: FileList | null): Chosen[] {
  return [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}

export async function dropped(items: DataTransferItemList): Promise<Chosen[]> {
  // both must be asked for at once: what was dropped is gone after the first wait
  const held = [...items].map((one) => ({ entry: one.webkitGetAsEntry(), file: one.getAsFile() }))
  const found = held.map(({ entry, file }) => (entry ? within(entry) : plain(file)))
  return (await Promise.all(found)).flat()
}

function plain(file: File | null): Chosen[] {
  return file ? [{ path: file.name, file }] : []
}

async function within(entry: FileSystemEntry): Promise<Chosen[]> {
  const path = entry.fullPath.replace(/^\//, '')
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) =>
      (entry as FileSystemFileEntry).file(done, fail),
    )
    return [{ path, file }]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const all: FileSystemEntry[] = []
  // a reader hands out its entries in parts, and an empty part at the end
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((done, fail) =>
      reader.readEntries(done, fail),
    )
    if (!part.length) break
    all.push(...part)
  }
  return (await Promise.all(all.map((one) => within(one)))).flat()
}
