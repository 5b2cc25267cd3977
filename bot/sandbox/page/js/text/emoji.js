// Short names of the emoji that incident channels use. An unknown name stays as it was typed.

const TABLE = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|wave 👋|clap 👏|raised_hands 🙌|pray 🙏|muscle 💪|eyes 👀|point_right 👉
point_up ☝️|point_down 👇|handshake 🤝|writing_hand ✍️|smile 😄|slightly_smiling_face 🙂|grinning 😀|joy 😂|wink 😉|blush 😊
thinking_face 🤔|thinking 🤔|sweat 😓|sweat_smile 😅|sob 😭|scream 😱|rage 😡|sleeping 😴|zzz 💤|sunglasses 😎|face_palm 🤦|shrug 🤷
heart ❤️|broken_heart 💔|100 💯|fire 🔥|boom 💥|tada 🎉|sparkles ✨|star ⭐|rocket 🚀|zap ⚡|rotating_light 🚨|warning ⚠️
no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|stop_sign 🛑|construction 🚧|bangbang ‼️|exclamation ❗|question ❓|grey_question ❔
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|red_circle 🔴|large_orange_circle 🟠
large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵|white_circle ⚪|black_circle ⚫|large_green_square 🟩|large_red_square 🟥
arrow_up ⬆️|arrow_down ⬇️|arrow_right ➡️|arrow_left ⬅️|arrow_upper_right ↗️|arrow_lower_right ↘️|arrows_counterclockwise 🔄|repeat 🔁
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|alarm_clock ⏰|clock1 🕐|calendar 📅|date 📅|double_vertical_bar ⏸️|arrow_forward ▶️
mag 🔍|mag_right 🔎|microscope 🔬|telescope 🔭|compass 🧭|bulb 💡|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|gear ⚙️|link 🔗|paperclip 📎
pushpin 📌|round_pushpin 📍|memo 📝|pencil 📝|pencil2 ✏️|book 📖|books 📚|clipboard 📋|page_facing_up 📄|file_folder 📁|bookmark 🔖
chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|moneybag 💰|dollar 💵|money_with_wings 💸|coin 🪙|credit_card 💳
bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|thought_balloon 💭|email 📧|envelope ✉️|phone ☎️|pager 📟|satellite 🛰️
computer 💻|desktop_computer 🖥️|floppy_disk 💾|file_cabinet 🗄️|card_file_box 🗃️|cd 💿|videocassette 📼|vhs 📼|rewind ⏪|test_tube 🧪|electric_plug 🔌|battery 🔋|globe_with_meridians 🌐|cloud ☁️|lock 🔒|unlock 🔓
key 🔑|shield 🛡️|bug 🐛|robot_face 🤖|robot 🤖|ghost 👻|snail 🐌|turtle 🐢|rabbit 🐇|dragon 🐉|bee 🐝|detective 🕵️|sleuth_or_spy 🕵️
fire_engine 🚒|ambulance 🚑|hospital 🏥|pill 💊|adhesive_bandage 🩹|thermometer 🌡️|mega 📣|trophy 🏆|medal 🏅|dart 🎯|game_die 🎲
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|coffee ☕|beers 🍻|pizza 🍕|cake 🍰|package 📦|broom 🧹|wastebasket 🗑️|recycle ♻️|seedling 🌱
`;

const EMOJI = new Map(
  TABLE.trim().split(/[|\n]/).map((entry) => [entry.slice(0, entry.lastIndexOf(" ")), entry.slice(entry.lastIndexOf(" ") + 1)]),
);

export const emoji = (name) => EMOJI.get(name);
