/** What is wrong with a text that is no TOML. */
import { TomlError } from 'smol-toml'
import { i18n, lang } from '.'

/** Where, in the language of the page; in English also why, which the reader of TOML says. */
export function tomlSaid(thrown: unknown): string {
  if (!(thrown instanceof TomlError)) return String((thrown as Error).message ?? thrown)
  const why = (thrown.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')
  const at = i18n.global.t('design.toml_at', { line: thrown.line, column: thrown.column })
  return lang() === 'en' ? `${at}: ${why}` : at
}
