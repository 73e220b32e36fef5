# ruff: noqa: RUF001  # the Turkish dotless i is meant.
"""Lists of names of many origins, as a London list has them; no pair of a given and a family name is copied.

Each origin has given names for sex code 1, given names for sex code 2, and family names.
"""

from typing import NamedTuple


class Names(NamedTuple):
    """The names of one origin."""

    male: tuple[str, ...]
    female: tuple[str, ...]
    family: tuple[str, ...]


def _names(male: str, female: str, family: str) -> Names:
    return Names(*(tuple(part.strip() for part in text.split(",")) for text in (male, female, family)))


NAMES = {
    "british": _names(
        "Alfie, Arthur, Barry, Callum, Colin, David, Derek, Edward, Gareth, Geoffrey, George, Graham, Harry, Ian, "
        "Jack, Keith, Kenneth, Leonard, Martin, Nigel, Oliver, Peter, Philip, Reginald, Rhys, Roy, Stanley, "
        "Stephen, Terence, Thomas, Trevor, William",
        "Alice, Amy, Audrey, Barbara, Beryl, Brenda, Carol, Charlotte, Daisy, Dorothy, Edith, Elsie, Emily, Ethel, "
        "Gillian, Grace, Heather, Hilda, Jean, Joyce, Judith, Linda, Margaret, Megan, Olive, Pamela, Phyllis, "
        "Rosemary, Sheila, Susan, Sylvia, Winifred",
        "Abbott, Allen, Armitage, Atkins, Baker, Barlow, Bennett, Blackwood, Bradley, Brooks, Burton, Carter, "
        "Chadwick, Clark, Collins, Cooper, Crossley, Davies, Dixon, Elliott, Evans, Fairclough, Fletcher, Foster, "
        "Gibson, Goodwin, Greenwood, Griffiths, Hargreaves, Harrison, Hartley, Holloway, Hughes, Jenkins, Kendall, "
        "Knight, Langley, Lister, Marsden, Marshall, Mitchell, Naylor, Oakley, Osborne, Parsons, Pearce, Pritchard, "
        "Ramsbottom, Reynolds, Shaw, Shepherd, Sutcliffe, Thorne, Turner, Underhill, Walker, Whitaker, Winterbourne",
    ),
    "irish": _names(
        "Aidan, Brendan, Cian, Ciarán, Cormac, Declan, Dermot, Eoin, Fergus, Finbar, Kieran, Niall, Oisín, Patrick, "
        "Ronan, Seamus, Seán",
        "Aisling, Aoife, Bernadette, Bridget, Caoimhe, Deirdre, Fionnuala, Gráinne, Maeve, Niamh, Noreen, Nuala, "
        "Orla, Róisín, Siobhán, Sinéad, Una",
        "Brennan, Byrne, Carroll, Devlin, Doherty, Dunne, Fitzgerald, Gallagher, Hennessy, Kavanagh, Keane, "
        "McCarthy, McGrath, McLoughlin, O'Brien, O'Connor, O'Dowd, O'Keeffe, O'Neill, O'Shaughnessy, O'Sullivan, "
        "Rafferty, Tierney",
    ),
    "south_asian": _names(
        "Ajay, Anil, Arjun, Balwinder, Deepak, Devan, Gurpreet, Harjit, Jaspal, Karthik, Kiran, Manoj, Mukesh, "
        "Naveen, Paresh, Prakash, Rajesh, Ravi, Sanjay, Suresh, Thilak, Vikram, Vinod",
        "Anjali, Asha, Bhavna, Chandrika, Deepika, Divya, Gita, Harpreet, Hema, Jaswinder, Jyoti, Kalpana, Lakshmi, "
        "Manjula, Meena, Nisha, Parminder, Priya, Pushpa, Rekha, Savita, Sunita, Usha",
        "Agarwal, Amin, Bains, Bhatt, Chaudhary, Dhaliwal, Fernando, Gill, Gohil, Gupta, Iyer, Jayasuriya, Joshi, "
        "Kapoor, Kaur, Krishnan, Kumar, Mehta, Menon, Mistry, Nair, Patel, Perera, Pillai, Rajan, Rao, Reddy, "
        "Sandhu, Shah, Sharma, Sidhu, Singh, Sivakumar, Solanki, Thakur, Trivedi, Varma",
    ),
    "south_asian_muslim": _names(
        "Abdul, Adeel, Anwar, Asif, Faisal, Habibur, Haroon, Imran, Iqbal, Jamal, Kamrul, Khalid, Mahbub, Mizanur, "
        "Mohammed, Nadeem, Nasir, Rafiq, Saeed, Shafiq, Tariq, Usman, Zahid",
        "Aisha, Amina, Ayesha, Farhana, Fatima, Fouzia, Hasina, Jamila, Khadija, Kulsuma, Mahira, Nasreen, Nazia, "
        "Rabeya, Razia, Rukhsana, Sadia, Salma, Shabana, Shaheda, Sultana, Tahmina, Zainab",
        "Ahmed, Akhtar, Akram, Alam, Ali, Aziz, Begum, Bhuiyan, Bibi, Choudhury, Chowdhury, Haque, Hossain, Hussain, "
        "Iqbal, Islam, Karim, Khan, Khatun, Mahmood, Malik, Miah, Mirza, Qureshi, Rahman, Raja, Rashid, Saleem, "
        "Sheikh, Siddiqui, Uddin, Ullah, Yusuf, Zaman",
    ),
    "west_african": _names(
        "Abiodun, Ade, Babatunde, Chidi, Chukwuemeka, Ebenezer, Emeka, Femi, Ibrahim, Ikenna, Kofi, Kojo, Kwabena, "
        "Kwame, Lamin, Musa, Obinna, Olumide, Oluwaseun, Segun, Sulaiman, Tunde, Yaw",
        "Abena, Adaeze, Adwoa, Afua, Akosua, Ama, Amarachi, Bisi, Bolanle, Chiamaka, Efua, Esi, Fatou, Folake, "
        "Funmilayo, Ifeoma, Mariama, Ngozi, Nkechi, Olufunke, Temitope, Yetunde, Yewande",
        "Abiola, Acheampong, Adebayo, Adeleke, Adeyemi, Afolabi, Agyeman, Akinola, Amoah, Antwi, Asante, Asare, "
        "Bangura, Boakye, Boateng, Conteh, Danso, Eze, Igwe, Kamara, Koroma, Mensah, Nwachukwu, Nwosu, Obi, Oduya, "
        "Ofori, Ogunleye, Okafor, Okeke, Okonkwo, Olawale, Onyeka, Opoku, Osei, Owusu, Quaye, Sarpong, Sesay, Turay",
    ),
    "somali": _names(
        "Abdi, Abdirahman, Ahmed-Nur, Bashir, Cabdulle, Daud, Faarax, Guled, Hassan, Ismail, Liban, Mahad, Warsame, "
        "Yonis, Zakaria",
        "Amran, Ayaan, Deeqa, Faduma, Halimo, Hibaq, Hodan, Ifrah, Khadra, Ladan, Maryan, Nimco, Sagal, Sahra, Ubah",
        "Abdullahi, Aden, Barre, Dirie, Duale, Elmi, Farah, Gelle, Guled, Hersi, Hirsi, Jama, Mohamud, Nur, Omar, "
        "Osman, Roble, Samatar, Shire, Warsame, Yusuf",
    ),
    "caribbean": _names(
        "Andre, Carlton, Clive, Courtney, Delroy, Desmond, Devon, Dwayne, Errol, Everton, Glenroy, Horace, Jermaine, "
        "Leroy, Lloyd, Marlon, Neville, Orville, Rohan, Winston",
        "Beverley, Charmaine, Claudette, Cynthia, Denise, Elaine, Euphemia, Gloria, Hyacinth, Ionie, Jacinth, "
        "Lorna, Marcia, Merlene, Monica, Novelette, Pearl, Sonia, Valerie, Yvonne",
        "Alleyne, Bailey, Barrett, Blake, Braithwaite, Brathwaite, Campbell, Clarke, Cumberbatch, Dacosta, Douglas, "
        "Edwards, Francis, Gayle, Gordon, Grant, Griffith, Henry, Hinds, Hylton, Joseph, Lewis, Lindo, Morgan, "
        "Nembhard, Phillips, Pinnock, Richards, Samuels, St Louis, Thompson, Watkis, Wedderburn, Williams",
    ),
    "eastern_european": _names(
        "Andrei, Bogdan, Călin, Dariusz, Dragoș, Georgi, Grzegorz, Ivaylo, Jakub, Krzysztof, Łukasz, Marek, Mindaugas, "
        "Nikolay, Paweł, Piotr, Ștefan, Tomasz, Vasile, Wojciech, Zoltán",
        "Agnieszka, Alina, Beata, Daniela, Desislava, Edita, Elżbieta, Ewa, Gabriela, Ilona, Ioana, Iwona, "
        "Katarzyna, Małgorzata, Mihaela, Oksana, Renáta, Simona, Svetlana, Violeta, Zofia",
        "Bălan, Dąbrowski, Dimitrov, Dumitru, Georgieva, Horváth, Ionescu, Ivanov, Jankowski, Kaczmarek, Kazlauskas, "
        "Kowalczyk, Kozłowski, Krawczyk, Lewandowski, Marinov, Moldovan, Mureșan, Nagy, Nowak, Petrauskas, Petrov, "
        "Popescu, Rusu, Stoica, Szabó, Tkachenko, Todorov, Wiśniewski, Wójcik, Zieliński",
    ),
    "southern_european": _names(
        "Antonio, Carlos, Dimitrios, Diogo, Fernando, Giorgos, João, José, Luca, Manuel, Marco, Nuno, Paolo, Rui, "
        "Stavros, Vicente",
        "Ana, Beatriz, Carmela, Catarina, Chiara, Conceição, Eleni, Francesca, Inês, Lucía, Maria, Núria, Panagiota, "
        "Rosa, Sofia, Teresa",
        "Almeida, Bianchi, Costa, Da Silva, De Luca, Dos Santos, Esposito, Ferreira, García, Georgiou, Gonçalves, "
        "Ioannou, López, Marques, Moreno, Muñoz, Papadopoulos, Pereira, Rossi, Ruiz, Simões, Vasquez",
    ),
    "turkish": _names(
        "Ahmet, Burak, Cem, Emre, Hakan, Hüseyin, İbrahim, Kemal, Mehmet, Murat, Oğuz, Serkan, Şahin, Tolga, Umut, "
        "Volkan",
        "Ayşe, Çiğdem, Derya, Elif, Emine, Esra, Fadime, Gül, Gülşen, Hatice, Nurcan, Özlem, Pınar, Sevgi, Şükran, "
        "Zeynep",
        "Acar, Arslan, Aydın, Bulut, Çelik, Çetin, Demir, Doğan, Erdoğmuş, Güneş, Kaplan, Kaya, Kılıç, Koç, Korkmaz, "
        "Özdemir, Öztürk, Polat, Şahin, Taş, Toprak, Tunç, Yıldız, Yılmaz",
    ),
    "middle_eastern": _names(
        "Ali, Amir, Bahram, Behnam, Dara, Elias, Farhad, Ghassan, Hamid, Hussein, Kaveh, Khaled, Mahmoud, Nabil, "
        "Omid, Rami, Reza, Samir, Yousef, Ziad",
        "Amal, Azadeh, Dalia, Dina, Farah, Golnaz, Hala, Huda, Leila, Lina, Maha, Maryam, Nadia, Nour, Parisa, Rania, "
        "Roya, Samira, Shirin, Zahra",
        "Abbasi, Al-Hashimi, Al-Jaziri, Al-Mansour, Aziz, Barzani, Daoud, El-Sayed, Fahmy, Ghorbani, Haddad, "
        "Hosseini, Jaber, Karimi, Khalil, Khoury, Mahdavi, Mansour, Moradi, Nasser, Rahimi, Sabbagh, Sadeghi, "
        "Salman, Shirazi, Tehrani, Zaki",
    ),
    "east_asian": _names(
        "Bao, Chi Ming, Chun, Duc, Haruto, Hoang, Jian, Jin-woo, Jun, Kai, Kenji, Minh, Siu-Fai, Tuan, Wai Kit, Wei, "
        "Xiaoming, Yong, Zhiwei",
        "Hana, Hui Min, Hyun-ju, Jia, Lan, Lihua, Linh, Mai, Mei Ling, Min-seo, Ngoc, Thuy, Wai Yee, Wenjing, Xiu, "
        "Yan, Yuki, Yuna, Zhen",
        "Bui, Chan, Chen, Cheung, Dang, Do, Fong, Hayashi, Huang, Kim, Lam, Lau, Lee, Leung, Li, Lim, Liu, Lo, Ma, Ng, "
        "Nguyen, Park, Pham, Sato, Tan, Tanaka, Tran, Wang, Wong, Wu, Xu, Yamamoto, Yip, Zhang, Zhao, Zhou",
    ),
}
