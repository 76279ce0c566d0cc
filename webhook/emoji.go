package webhook

import "regexp"

// shortcode matches an emoji's name as Slack, Mattermost and GitHub write it.
var shortcode = regexp.MustCompile(`:[a-z0-9_+-]{2,40}:`)

// emoji returns s with emoji codes such as «:warning:» replaced by the character, for
// the codes that alerts use. Unknown codes stay.
func emoji(s string) string {
	return shortcode.ReplaceAllStringFunc(s, func(code string) string {
		if sign, ok := emojis[code[1:len(code)-1]]; ok {
			return sign
		}
		return code
	})
}

var emojis = map[string]string{
	"tada": "🎉", "warning": "⚠️", "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "zap": "⚡",
	"fire": "🔥", "rocket": "🚀", "boom": "💥", "bell": "🔔", "no_bell": "🔕", "rotating_light": "🚨", "sos": "🆘",
	"red_circle": "🔴", "large_green_circle": "🟢", "green_circle": "🟢", "large_blue_circle": "🔵", "large_orange_circle": "🟠",
	"large_yellow_circle": "🟡", "white_circle": "⚪", "black_circle": "⚫", "green_heart": "💚", "heart": "❤️",
	"broken_heart": "💔", "star": "⭐", "star2": "🌟", "sparkles": "✨", "thumbsup": "👍", "+1": "👍", "thumbsdown": "👎",
	"-1": "👎", "eyes": "👀", "wave": "👋", "clap": "👏", "bug": "🐛", "wrench": "🔧", "hammer": "🔨", "gear": "⚙️",
	"hammer_and_wrench": "🛠️", "package": "📦", "memo": "📝", "notebook": "📓", "book": "📖", "books": "📚",
	"link": "🔗", "lock": "🔒", "unlock": "🔓", "key": "🔑", "shield": "🛡️", "mag": "🔍", "calendar": "📅",
	"clock1": "🕐", "hourglass": "⌛", "hourglass_flowing_sand": "⏳", "stopwatch": "⏱️", "alarm_clock": "⏰",
	"chart_with_upwards_trend": "📈", "chart_with_downwards_trend": "📉", "bar_chart": "📊", "email": "📧",
	"envelope": "✉️", "speech_balloon": "💬", "loudspeaker": "📢", "mega": "📣", "information_source": "ℹ️",
	"question": "❓", "exclamation": "❗", "grey_exclamation": "❕", "no_entry": "⛔", "no_entry_sign": "🚫",
	"octagonal_sign": "🛑", "stop_sign": "🛑", "construction": "🚧", "arrow_up": "⬆️", "arrow_down": "⬇️",
	"arrow_right": "➡️", "arrow_left": "⬅️", "recycle": "♻️", "repeat": "🔁", "arrows_counterclockwise": "🔄",
	"new": "🆕", "ok": "🆗", "up": "🆙", "cool": "🆒", "robot_face": "🤖", "robot": "🤖", "ghost": "👻",
	"computer": "💻", "floppy_disk": "💾", "cloud": "☁️", "sunny": "☀️", "snowflake": "❄️", "thinking_face": "🤔",
	"smile": "😄", "smiley": "😃", "slightly_smiling_face": "🙂", "disappointed": "😞", "cry": "😢", "sob": "😭",
	"pray": "🙏", "muscle": "💪", "point_right": "👉", "bulb": "💡", "moneybag": "💰", "trophy": "🏆", "dart": "🎯",
	"checkered_flag": "🏁", "triangular_flag_on_post": "🚩", "ballot_box_with_check": "☑️", "beetle": "🐞", "ship": "🚢",
}
