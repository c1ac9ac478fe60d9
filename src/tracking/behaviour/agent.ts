/**
 * Device and browser by family: what a segment or a card needs of a user agent, and no more. Browsers name those they are built
 * from as well, so that the order decides. Pure.
 */

export type Device = 'desktop' | 'mobile' | 'tablet' | 'tv';
export type Agent = { device: Device | null; browser: string | null; os: string | null };

const BROWSERS: ReadonlyArray<readonly [name: string, sign: RegExp]> = [
  ['Yandex', /YaBrowser|YaApp|YaSearchBrowser/],
  ['Edge', /Edg(e|A|iOS)?\//],
  ['Opera', /OPR\/|Opera|OPiOS|OPT\//],
  ['Samsung Internet', /SamsungBrowser/],
  ['UC Browser', /UCBrowser|UCWEB/],
  ['Vivaldi', /Vivaldi/],
  ['Huawei', /HuaweiBrowser/],
  ['Mi Browser', /MiuiBrowser/],
  ['Facebook', /FBAN|FBAV/],
  ['Instagram', /Instagram/],
  ['Telegram', /Telegram/],
  ['DuckDuckGo', /DuckDuckGo|Ddg\//],
  ['Firefox', /Firefox\/|FxiOS/],
  ['Chrome', /Chrome\/|CriOS|Chromium/],
  ['Internet Explorer', /MSIE|Trident\//],
  ['Safari', /Safari\/|AppleWebKit/],
];

const SYSTEMS: ReadonlyArray<readonly [name: string, sign: RegExp]> = [
  ['iOS', /iPhone|iPad|iPod/],
  ['HarmonyOS', /HarmonyOS|OpenHarmony/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['ChromeOS', /CrOS/],
  ['macOS', /Mac OS X|Macintosh/],
  ['Linux', /Linux|X11/],
];

const TV =
  /SmartTV|SMART-TV|Tizen.*TV|Web0S|WebOS.*TV|AppleTV|Apple TV|GoogleTV|BRAVIA|HbbTV|CrKey|AFT[A-Z]/i;
const TABLET = /iPad|Tablet|Kindle|Silk\/|PlayBook/;
const MOBILE = /Mobile|iPhone|iPod|Windows Phone|IEMobile|BlackBerry|Opera Mini/;
const DESKTOP = /Windows NT|Macintosh|X11|CrOS|Linux/;

/** `deviceType`: what an app says of its device ("ios", "android", "tablet"). */
export function agentOf(userAgent: string | null, deviceType: string | null = null): Agent {
  const text = userAgent ?? '';
  return {
    device: deviceOf(text) ?? appDevice(deviceType),
    browser: nameIn(BROWSERS, text),
    os: nameIn(SYSTEMS, text),
  };
}

function nameIn(table: ReadonlyArray<readonly [string, RegExp]>, text: string): string | null {
  return table.find(([, sign]) => sign.test(text))?.[0] ?? null;
}

function deviceOf(text: string): Device | null {
  if (TV.test(text)) return 'tv';
  // Android without "Mobile" is how tablets tell themselves from phones.
  if (TABLET.test(text) || (/Android/.test(text) && !/Mobile/.test(text))) return 'tablet';
  if (MOBILE.test(text)) return 'mobile';
  return DESKTOP.test(text) ? 'desktop' : null;
}

function appDevice(type: string | null): Device | null {
  if (type === null) return null;
  if (/tablet|ipad/i.test(type)) return 'tablet';
  if (/tv/i.test(type)) return 'tv';
  return /ios|android|phone|mobile/i.test(type) ? 'mobile' : null;
}
