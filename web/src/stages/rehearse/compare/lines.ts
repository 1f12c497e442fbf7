/** Lines of one text that another has not, remarks and empty lines aside. */
export function onlyIn(one: string, other: string): string[] {
  const said = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line.trim() && !line.trim().startsWith('#'))
  const left = new Map<string, number>()
  for (const line of said(other)) left.set(line, (left.get(line) ?? 0) + 1)
  return said(one).filter((line) => {
    const n = left.get(line) ?? 0
    if (n > 0) left.set(line, n - 1)
    return n === 0
  })
}
